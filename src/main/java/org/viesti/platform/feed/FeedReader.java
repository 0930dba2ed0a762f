package org.viesti.platform.feed;

import com.rometools.rome.feed.WireFeed;
import com.rometools.rome.feed.atom.Category;
import com.rometools.rome.feed.atom.Feed;
import com.rometools.rome.feed.synd.SyndCategory;
import com.rometools.rome.feed.synd.SyndCategoryImpl;
import com.rometools.rome.feed.synd.SyndFeed;
import com.rometools.rome.feed.synd.SyndFeedImpl;
import com.rometools.rome.io.FeedException;
import com.rometools.rome.io.ParsingFeedException;
import com.rometools.rome.io.SAXBuilder;
import com.rometools.rome.io.WireFeedInput;
import com.rometools.rome.io.XmlReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Reader;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jdom2.Document;
import org.jdom2.Element;
import org.jdom2.JDOMFactory;
import org.jdom2.filter.Filters;
import org.jdom2.input.sax.SAXHandler;
import org.viesti.platform.PlatformFailure;
import org.viesti.platform.WebPage;
import org.xml.sax.Attributes;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * Reads a feed's XML. One with a DOCTYPE is refused, as are entities of its own with it, and one of
 * too many elements: what a feed becomes takes a hundred times its size. How deep they may be the
 * JDK says.
 */
final class FeedReader extends WireFeedInput {
  private static final Set<String> DATES =
      Set.of("published", "updated", "issued", "modified", "created", "date");

  private static final Pattern FRACTION = Pattern.compile("(T[0-9:]+)(\\.[0-9]+)");

  /** Of XML: a tag, or what a byte order mark looks like. */
  private static final String BEGINNINGS = "<\uFEFF\uFFFD\0";

  private static final int MOST_SHOWN = 100;

  private final int maxTags;

  FeedReader(int maxTags) {
    super(false, Locale.ROOT);
    this.maxTags = maxTags;
  }

  SyndFeed read(WebPage page) throws PlatformFailure {
    try (Reader characters = characters(page)) {
      WireFeed read = build(characters);
      SyndFeed feed = new SyndFeedImpl(read, false);
      if (read instanceof Feed atom) {
        // which Rome leaves out
        feed.setCategories(atom.getCategories().stream().map(FeedReader::category).toList());
      }
      return feed;
    } catch (ParsingFeedException e) {
      throw PlatformFailure.lasting(malformed(e, page));
    } catch (IllegalArgumentException e) {
      // XML, but of no kind of feed that is known; clients know these words
      throw PlatformFailure.lasting("Error: Missing required <rss> element.");
    } catch (FeedException | IOException e) {
      throw PlatformFailure.lasting("Error: " + e.getMessage());
    }
  }

  private static SyndCategory category(Category given) {
    SyndCategory category = new SyndCategoryImpl();
    category.setName(given.getLabel() == null ? given.getTerm() : given.getLabel());
    return category;
  }

  /**
   * Of the charset that the header or the document itself says, whatever media type it is said to
   * be of (RFC 7303 §3).
   */
  private static Reader characters(WebPage page) throws IOException {
    return new XmlReader(
        new ByteArrayInputStream(page.body()),
        page.charset() == null ? "application/xml" : "application/xml; charset=" + page.charset(),
        true);
  }

  @Override
  protected SAXBuilder createSAXBuilder() {
    SAXBuilder builder = super.createSAXBuilder();
    builder.setSAXHandlerFactory(Counting::new);
    return builder;
  }

  /**
   * Mends what Rome does not bear: an RSS of nothing, and times with a fraction, of which it takes
   * the digits after the point for milliseconds, however many they are.
   */
  @Override
  public WireFeed build(Document document) throws FeedException {
    Element root = document.getRootElement();
    if (root.getName().equals("rss") && root.getChild("channel") == null) {
      throw new FeedException("Missing required <channel> element.");
    }
    List<Element> dates = new ArrayList<>();
    for (Element element : document.getDescendants(Filters.element())) {
      if (DATES.contains(element.getName()) && FRACTION.matcher(element.getText()).find()) {
        dates.add(element);
      }
    }
    for (Element date : dates) {
      date.setText(
          FRACTION
              .matcher(date.getText())
              .replaceFirst(found -> found.group(1) + (found.group(2) + "00").substring(0, 4)));
    }
    return super.build(document);
  }

  private static String malformed(ParsingFeedException failure, WebPage page) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return switch (cause) {
      case TooMuch much -> "Error: " + much.getMessage() + " in " + page.url();
      case FeedException incomplete -> "Error: " + incomplete.getMessage();
      case SAXParseException at when isNoXml(page) ->
          "XmlError: Root element is missing or invalid (line 1, column 1)\n  "
              + firstLine(page)
              + "\n  ^\n";
      case SAXParseException at ->
          "XmlError: %s (line %d, column %d)"
              .formatted(at.getMessage(), at.getLineNumber(), at.getColumnNumber());
      default -> "Error: Failed to parse feed from " + page.url() + ": " + cause.getMessage();
    };
  }

  private static boolean isNoXml(WebPage page) {
    String line = firstLine(page);
    return line.isEmpty() || BEGINNINGS.indexOf(line.charAt(0)) < 0;
  }

  private static String firstLine(WebPage page) {
    String text = new String(page.body(), StandardCharsets.UTF_8).stripLeading();
    String line = text.lines().findFirst().orElse("");
    return line.substring(0, Math.min(line.length(), MOST_SHOWN));
  }

  private static final class TooMuch extends SAXException {
    @Serial private static final long serialVersionUID = 1;

    TooMuch(String message) {
      super(message);
    }
  }

  private final class Counting extends SAXHandler {
    private int elements;

    Counting(JDOMFactory factory) {
      super(factory);
    }

    @Override
    public void startElement(
        String namespace, String localName, String qualifiedName, Attributes attributes)
        throws SAXException {
      if (++elements > maxTags) {
        throw new TooMuch("more than " + maxTags + " elements");
      }
      super.startElement(namespace, localName, qualifiedName, attributes);
    }
  }
}
