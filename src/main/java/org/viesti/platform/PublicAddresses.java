package org.viesti.platform;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which addresses are on the public internet, by the IANA registries of special-purpose addresses.
 * What is not known to be is not.
 */
final class PublicAddresses {
  private static final List<IpSubnetFilterRule> NOT_IPV4 =
      blocks(
          "0.0.0.0/8", // this network
          "10.0.0.0/8", // private
          "100.64.0.0/10", // shared by a provider's customers
          "127.0.0.0/8", // loopback
          "169.254.0.0/16", // link-local, where clouds have their metadata
          "172.16.0.0/12", // private
          "192.0.0.0/24", // protocols
          "192.0.2.0/24", // documentation
          "192.88.99.0/24", // 6to4 relays
          "192.168.0.0/16", // private
          "198.18.0.0/15", // benchmarks
          "198.51.100.0/24", // documentation
          "203.0.113.0/24", // documentation
          "224.0.0.0/4", // multicast
          "240.0.0.0/4"); // reserved, broadcast

  /**
   * Without what is mapped or compatible to IPv4, loopback, unique local, link-local, multicast.
   */
  private static final List<IpSubnetFilterRule> IPV6 = blocks("2000::/3");

  private static final List<IpSubnetFilterRule> NOT_IPV6 =
      blocks(
          "2001::/23", // protocols, Teredo
          "2001:db8::/32", // documentation
          "2002::/16", // 6to4
          "3fff::/20"); // documentation

  /** NAT64: the last four bytes are an address of IPv4. */
  private static final List<IpSubnetFilterRule> TRANSLATED = blocks("64:ff9b::/96");

  private PublicAddresses() {}

  static boolean contain(InetAddress address) {
    if (address instanceof Inet4Address) {
      return !in(NOT_IPV4, address);
    }
    return in(TRANSLATED, address)
        ? contain(lastFourBytes(address))
        : in(IPV6, address) && !in(NOT_IPV6, address);
  }

  private static InetAddress lastFourBytes(InetAddress address) {
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(address.getAddress(), 12, 16));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  private static boolean in(List<IpSubnetFilterRule> blocks, InetAddress address) {
    InetSocketAddress any = new InetSocketAddress(address, 0);
    return blocks.stream().anyMatch(block -> block.matches(any));
  }

  private static List<IpSubnetFilterRule> blocks(String... blocks) {
    return Stream.of(blocks)
        .map(block -> new IpSubnetFilterRule(block, IpFilterRuleType.REJECT))
        .toList();
  }
}
