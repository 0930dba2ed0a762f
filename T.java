import java.net.*; import java.net.http.*; import java.util.*;
public class T { public static void main(String[] a) throws Exception {
 String tok=org.viesti.bench.Tok.t();
 HttpClient c=HttpClient.newHttpClient();
 for(int i=0;i<30;i++){ StringBuilder m=new StringBuilder(); for(int j=0;j<200;j++) m.append(j>0?",":"").append("{\"user\":\"u"+j+"\"}");
  try { var r=c.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:18080/api/v1/rooms")).header("Authorization","Bearer "+tok).header("Content-Type","application/json").POST(HttpRequest.BodyPublishers.ofString("{\"id\":\"x"+i+"\",\"type\":\"group\",\"members\":["+m+"]}")).build(), HttpResponse.BodyHandlers.ofString()); System.out.println(r.version()+" "+r.statusCode()+" "+(r.statusCode()/100==2?"":r.body())); } catch(Exception e){ System.out.println(i+" "+e);} }
}}
