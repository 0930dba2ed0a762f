package org.viesti;

import picocli.CommandLine.Command;

/** {@code viesti device}: what is done for one device. */
@Command(
    name = "device",
    description = "Does something for a device.",
    subcommands = SecretCommand.class,
    synopsisSubcommandLabel = "secret",
    mixinStandardHelpOptions = true)
final class DeviceCommands {}
