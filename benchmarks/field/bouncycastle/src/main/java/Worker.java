// Bursts of BouncyCastle, timed from inside: the protocol is in ../../../../../field.py.

import java.security.SecureRandom;
import java.util.Map;
import java.util.Scanner;
import org.bouncycastle.asn1.gm.GMNamedCurves;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.crypto.generators.ECKeyPairGenerator;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECKeyGenerationParameters;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.crypto.signers.SM2Signer;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

public final class Worker {
    private static final int WARM_UP = 1500;

    private static byte[] sign(SM2Signer signer, byte[] message) throws Exception {
        signer.update(message, 0, message.length);
        return signer.generateSignature();
    }

    private interface Task {
        void run() throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        X9ECParameters curve = GMNamedCurves.getByName("sm2p256v1");
        ECDomainParameters domain =
                new ECDomainParameters(curve.getCurve(), curve.getG(), curve.getN(), curve.getH());
        SecureRandom random = new SecureRandom();
        ECKeyPairGenerator generator = new ECKeyPairGenerator();
        generator.init(new ECKeyGenerationParameters(domain, random));
        AsymmetricCipherKeyPair pair = generator.generateKeyPair();
        SM2Signer signer = new SM2Signer();
        signer.init(true, new ParametersWithRandom(pair.getPrivate(), random));
        SM2Signer verifier = new SM2Signer();
        verifier.init(false, pair.getPublic());
        byte[] message = new byte[200];
        byte[] data = new byte[16384];
        byte[] signature = sign(signer, message);
        Map<String, Task> tasks =
                Map.of(
                        "sign", () -> sign(signer, message),
                        "verify", () -> {
                            verifier.update(message, 0, message.length);
                            if (!verifier.verifySignature(signature)) {
                                throw new IllegalStateException("verify");
                            }
                        },
                        "sm3", () -> {
                            SM3Digest digest = new SM3Digest();
                            digest.update(data, 0, data.length);
                            digest.doFinal(new byte[32], 0);
                        });
        for (Task task : tasks.values()) { // a virtual machine wants to be warm
            for (int i = 0; i < WARM_UP; i++) {
                task.run();
            }
        }
        System.out.println("ready " + new BouncyCastleProvider().getInfo() + ", Java " + Runtime.version());
        Scanner input = new Scanner(System.in);
        while (input.hasNext()) {
            Task task = tasks.get(input.next());
            int count = input.nextInt();
            if (task == null) {
                System.out.println("unknown");
                continue;
            }
            long begin = System.nanoTime();
            for (int i = 0; i < count; i++) {
                task.run();
            }
            System.out.printf("%.9f%n", (System.nanoTime() - begin) / 1e9);
        }
    }
}
