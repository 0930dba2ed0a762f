package org.viesti.bench; public class Tok { public static String t(){ return Tokens.sign(NodeProcess.SECRET,"alice","phone"); } }
