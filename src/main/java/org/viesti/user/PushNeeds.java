package org.viesti.user;

import org.viesti.user.push.PushSender;
import org.viesti.user.push.PushSettings;

/** What pushing needs of its node. */
public record PushNeeds(
    PushSettings settings, PushSender sender, DeadLetters letters, PushFacts facts) {}
