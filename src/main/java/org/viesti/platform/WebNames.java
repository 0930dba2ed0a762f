package org.viesti.platform;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.viesti.platform.WebFailure.Reason;

/** Where hosts are. Asked once for each request, which goes to an address of the answer. */
interface WebNames {

  /**
   * The addresses that may be called, at least one; blocks.
   *
   * @param url whose host it is
   */
  List<InetAddress> addresses(WebUrl url) throws WebFailure;

  /** By the operating system; an address is its own. */
  static WebNames ofSystem(boolean allowPrivate) {
    return url -> {
      InetAddress[] all;
      try {
        all = InetAddress.getAllByName(url.host());
      } catch (UnknownHostException e) {
        throw WebFailure.lasting(Reason.UNREACHABLE, url.text(), "no such host " + url.host());
      }
      List<InetAddress> allowed =
          List.of(all).stream()
              .filter(address -> allowPrivate || PublicAddresses.contain(address))
              .toList();
      if (allowed.isEmpty()) {
        throw WebFailure.lasting(
            Reason.BLOCKED,
            url.text(),
            "blocked non-public address "
                + all[0].getHostAddress()
                + (all[0].getHostAddress().equals(url.host()) ? "" : " for " + url.host()));
      }
      return allowed;
    };
  }
}
