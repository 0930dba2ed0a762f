package org.viesti.edge;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.viesti.protocol.Body;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Message;
import org.viesti.protocol.Payload;
import org.viesti.protocol.Payload.Annotation;
import org.viesti.protocol.Payload.Preview;
import org.viesti.protocol.ServerFrame;
import org.viesti.protocol.Topic;

/**
 * Every frame once at its fullest and, where fields are optional, once at its barest, beside its
 * JSON.
 */
public final class SampleFrames {
  private SampleFrames() {}

  private static final Payload TEXT = Payload.Text.of("hi");

  public static final Map<String, Payload> PAYLOADS = new LinkedHashMap<>();
  public static final Map<String, ClientFrame> CLIENT = new LinkedHashMap<>();
  public static final Map<String, ServerFrame> SERVER = new LinkedHashMap<>();

  static {
    PAYLOADS.put("{'type':'text','body':'hi'}", TEXT);
    PAYLOADS.put(
        "{'type':'text','body':'hi ann 😀','format':'markdown','annotations':[{'kind':'mention_user','offset':3,'length':3,"
            + "'value':'ann'},{'kind':'emoji','offset':7,'length':2}],'lang':'fi'}",
        new Payload.Text(
            "hi ann 😀",
            "markdown",
            List.of(
                new Annotation("mention_user", 3, 3, "ann"), new Annotation("emoji", 7, 2, null)),
            "fi"));
    PAYLOADS.put(
        "{'type':'attachment','uri':'https://files/1'}",
        new Payload.Attachment("https://files/1", null, null, null, null, null, null, null, null));
    PAYLOADS.put(
        "{'type':'attachment','uri':'https://files/1','attachment_id':'a1','filename':'cat.png','mime':'image/png','size':"
            + "5000000000,'previews':[{'uri':'https://files/2','mime':'image/webp','width':64,'height':48,'size':900}],"
            + "'caption':'a cat','encrypted':true,'checksum':'sha256:00'}",
        new Payload.Attachment(
            "https://files/1",
            "a1",
            "cat.png",
            "image/png",
            5_000_000_000L,
            List.of(new Preview("https://files/2", "image/webp", 64, 48, 900L)),
            "a cat",
            true,
            "sha256:00"));
    PAYLOADS.put(
        "{'type':'encrypted','algorithm':'olm','ciphertext':'AAEC/w=='}",
        new Payload.Encrypted("olm", "AAEC/w==", null, null, null, null, null));
    PAYLOADS.put(
        "{'type':'encrypted','algorithm':'olm','ciphertext':'AAEC/w==','nonce':'AQ==','sender_key_id':'k1','recipient_key_ids':"
            + "['k2','k3'],'aad':'Ag==','session_id':'s1'}",
        new Payload.Encrypted("olm", "AAEC/w==", "AQ==", "k1", List.of("k2", "k3"), "Ag==", "s1"));
    PAYLOADS.put(
        "{'type':'call','call_id':'c1','action':'end'}",
        new Payload.Call("c1", "end", null, null, null, null));
    PAYLOADS.put(
        "{'type':'call','call_id':'c1','action':'offer','kind':'video','sdp':'v=0','ice_candidate':'ice','metadata':{'a':'b'}}",
        new Payload.Call("c1", "offer", "video", "v=0", "ice", Map.of("a", "b")));
    PAYLOADS.put(
        "{'type':'moderation','body':'calm down'}",
        new Payload.Moderation("calm down", null, null));
    PAYLOADS.put(
        "{'type':'moderation','body':'calm down','targets':['bob'],'metadata':{'rule':'caps'}}",
        new Payload.Moderation("calm down", List.of("bob"), Map.of("rule", "caps")));
    PAYLOADS.put("{'type':'data','data':{}}", new Payload.Data(Map.of()));
    Map<String, Object> free = new LinkedHashMap<>();
    free.put("text", "t");
    free.put("half", 0.5);
    free.put("yes", true);
    free.put("nothing", null);
    free.put("list", Arrays.asList("a", null, Map.of("deep", List.of())));
    PAYLOADS.put(
        "{'type':'data','data':{'text':'t','half':0.5,'yes':true,'nothing':null,'list':['a',null,{'deep':[]}]}}",
        new Payload.Data(free));
  }

  static {
    CLIENT.put("{'type':'hello'}", new ClientFrame.Hello(null, null, null, null));
    CLIENT.put(
        "{'type':'hello','token':'t','resume':'r','positions':{'rooms/general':17,'users/ann':3},'deflate':4096}",
        new ClientFrame.Hello("t", "r", Map.of("rooms/general", 17L, "users/ann", 3L), 4096));
    PAYLOADS.forEach(
        (json, payload) ->
            CLIENT.put(
                "{'type':'send','id':'1','room':'general','payload':" + json + "}",
                new ClientFrame.Send("1", "general", payload, null, null)));
    CLIENT.put(
        "{'type':'send_batch','messages':[{'id':'1','room':'general','payload':{'type':'text','body':'hi'},'reply_to':"
            + "'general.7','mentions':['ann','*']},{'id':'2','room':'other','payload':{'type':'text','body':'hi'}}]}",
        new ClientFrame.SendBatch(
            List.of(
                new ClientFrame.Send("1", "general", TEXT, "general.7", List.of("ann", "*")),
                new ClientFrame.Send("2", "other", TEXT, null, null))));
    CLIENT.put(
        "{'type':'edit','id':'3','target':'general.7','payload':{'type':'text','body':'hi'},'mentions':['bob']}",
        new ClientFrame.Edit("3", "general.7", TEXT, List.of("bob")));
    CLIENT.put(
        "{'type':'redact','id':'4','target':'general.7','reason':'spam'}",
        new ClientFrame.Redact("4", "general.7", "spam"));
    CLIENT.put(
        "{'type':'redact','id':'4','target':'general.7'}",
        new ClientFrame.Redact("4", "general.7", null));
    CLIENT.put(
        "{'type':'react','id':'5','target':'general.7','reaction':'👍','add':true}",
        new ClientFrame.React("5", "general.7", "👍", true));
    CLIENT.put(
        "{'type':'ack','positions':{'rooms/general':17}}",
        new ClientFrame.Ack(Map.of("rooms/general", 17L)));
    CLIENT.put("{'type':'read','room':'general','seq':17}", new ClientFrame.Read("general", 17));
    CLIENT.put(
        "{'type':'typing','room':'general','typing':true}",
        new ClientFrame.Typing("general", true));
    CLIENT.put(
        "{'type':'presence','status':'away','message':'lunch'}",
        new ClientFrame.Presence("away", "lunch"));
    CLIENT.put(
        "{'type':'presence','status':'invisible'}", new ClientFrame.Presence("invisible", null));
    CLIENT.put(
        "{'type':'watch','users':['ann','bob']}", new ClientFrame.Watch(List.of("ann", "bob")));
    CLIENT.put("{'type':'ping'}", new ClientFrame.Ping(null));
    CLIENT.put("{'type':'ping','nonce':'n'}", new ClientFrame.Ping("n"));
    CLIENT.put("{'type':'pong','nonce':'n'}", new ClientFrame.Pong("n"));
  }

  static {
    SERVER.put(
        "{'type':'welcome','session':'s','user':'ann','device':'phone','resume':'r','resumed':true,'heartbeat_ms':30000,"
            + "'limits':{'batch':50}}",
        new ServerFrame.Welcome("s", "ann", "phone", "r", true, 30_000, Map.of("batch", 50L)));
    SERVER.put(
        "{'type':'send_ack','id':'1','room':'general','event_id':'general.8','seq':8,'at':1700000000000,'duplicate':true}",
        new ServerFrame.SendAck("1", "general", "general.8", 8, 1_700_000_000_000L, true));
    PAYLOADS.forEach(
        (json, payload) ->
            delivery(
                "{'kind':'post','payload':" + json + "}",
                new Body.Post(payload, null, null, null)));
    delivery(
        "{'kind':'post','payload':{'type':'text','body':'hi'},'client_id':'1','reply_to':'general.7','mentions':['*']}",
        new Body.Post(TEXT, "1", "general.7", List.of("*")));
    delivery("{'kind':'erased'}", new Body.Erased());
    delivery(
        "{'kind':'edit','target':'general.7','payload':{'type':'text','body':'hi'},'mentions':['bob']}",
        new Body.Edit("general.7", TEXT, List.of("bob")));
    delivery(
        "{'kind':'redaction','target':'general.7','reason':'spam'}",
        new Body.Redaction("general.7", "spam"));
    delivery(
        "{'kind':'reaction','target':'general.7','reaction':'👍','add':true}",
        new Body.Reaction("general.7", "👍", true));
    delivery(
        "{'kind':'room_change','action':'created','targets':['ann'],'details':{'name':'General'}}",
        new Body.RoomChange("created", List.of("ann"), Map.of("name", "General")));
    delivery(
        "{'kind':'membership','room':'general','joined':true,'role':'member','position':4}",
        new Body.Membership("general", true, "member", 4));
    SERVER.put("{'type':'caught_up'}", new ServerFrame.CaughtUp());
    SERVER.put(
        "{'type':'reset','topic':'rooms/general','head':99,'unread':7,'mentions':1,'reason':'backlog'}",
        new ServerFrame.Reset("rooms/general", 99, 7, 1, "backlog"));
    SERVER.put("{'type':'drain','reconnect_after_ms':1500}", new ServerFrame.Drain(1500));
    SERVER.put(
        "{'type':'typing','room':'general','user':'ann','typing':true}",
        new ServerFrame.Typing("general", "ann", true));
    SERVER.put(
        "{'type':'presence','user':'ann','status':'away','message':'lunch','last_active':1700000000000}",
        new ServerFrame.Presence("ann", "away", "lunch", 1_700_000_000_000L));
    SERVER.put(
        "{'type':'presence','user':'ann','status':'offline'}",
        new ServerFrame.Presence("ann", "offline", null, null));
    SERVER.put(
        "{'type':'receipt','room':'general','user':'ann','kind':'read','seq':17}",
        new ServerFrame.Receipt("general", "ann", "read", 17));
    SERVER.put("{'type':'ping','nonce':'n'}", new ServerFrame.Ping("n"));
    SERVER.put("{'type':'pong'}", new ServerFrame.Pong(null));
    SERVER.put("{'type':'pong','nonce':'n'}", new ServerFrame.Pong("n"));
    SERVER.put(
        "{'type':'error','code':'RATE_LIMITED','detail':'too fast','id':'1','limit':'viesti.limits.posts','retry_after':250}",
        new ServerFrame.Error(
            ErrorCode.RATE_LIMITED, "too fast", "1", "viesti.limits.posts", 250L));
    SERVER.put(
        "{'type':'error','code':'INTERNAL','detail':'sorry'}",
        new ServerFrame.Error(ErrorCode.INTERNAL, "sorry", null, null, null));
  }

  private static void delivery(String json, Body body) {
    SERVER.put(
        "{'type':'delivery','topic':'rooms/general','seq':8,'prev':7,'message':{'id':'general.8','at':1700000000000,"
            + "'sender':'ann','device':'phone','body':"
            + json
            + "}}",
        new ServerFrame.Delivery(
            new Message(
                new Topic("acme", "rooms/general"),
                8,
                7,
                "general.8",
                1_700_000_000_000L,
                "ann",
                "phone",
                body)));
  }

  /** The samples are easier to read with single quotes. */
  public static String json(String sample) {
    return sample.replace('\'', '"');
  }
}
