package org.viesti.user;

/** What pushing needs of its node. */
public record PushNeeds(
    PushSettings settings, PushSender sender, DeadLetters letters, PushFacts facts) {}
