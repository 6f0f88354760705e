// The encryption of bodies: AES-CBC with PKCS#5 padding, in Base64; docs/encryption.md has all of it.
import { createCipheriv, createDecipheriv } from "node:crypto";

/** What a deployment and its services share. */
export interface Encryption {
    /** The deployment's API_ENCRYPTION_KEY: 16, 24 or 32 bytes of UTF-8, for AES-128, -192 or -256. */
    key: string;
    /** The deployment's API_ENCRYPTION_IV: 16 bytes of UTF-8. */
    iv: string;
}

/** Encrypts a body. */
export function seal(encryption: Encryption, plain: string): string {
    const cipher = createCipheriv(algorithm(encryption), encryption.key, encryption.iv);
    return cipher.update(plain, "utf8", "base64") + cipher.final("base64");
}

/** Decrypts a body. It fails if that was encrypted otherwise; nearly always, as nothing authenticates it. */
export function open(encryption: Encryption, body: string): string {
    const decipher = createDecipheriv(algorithm(encryption), encryption.key, encryption.iv);
    return decipher.update(body, "base64", "utf8") + decipher.final("utf8");
}

function algorithm({ key, iv }: Encryption): string {
    const bytes = Buffer.byteLength(key);
    if (![16, 24, 32].includes(bytes)) throw new TypeError(`encryption.key has ${bytes} bytes, want 16, 24 or 32`);
    if (Buffer.byteLength(iv) !== 16) throw new TypeError(`encryption.iv has ${Buffer.byteLength(iv)} bytes, want 16`);
    return `aes-${bytes * 8}-cbc`;
}
