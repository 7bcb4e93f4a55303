/** The parts of Hugging Face's tokenizer.json that a byte-level BPE has. */
export interface TokenizerJSON {
  readonly version: string;
  readonly added_tokens: readonly AddedToken[];
  readonly normalizer: null;
  readonly pre_tokenizer: ByteLevel;
  readonly post_processor: null;
  readonly decoder: ByteLevel;
  readonly model: BpeModel;
}

/** A special token, which is never split. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
  readonly special: boolean;
}

/** Settings of the byte-level pre-tokenizer and decoder. */
export interface ByteLevel {
  readonly type: "ByteLevel";
  readonly add_prefix_space: boolean;
  readonly trim_offsets: boolean;
  readonly use_regex: boolean;
}

/** The vocabulary and merges of a byte pair encoding. */
export interface BpeModel {
  readonly type: "BPE";
  readonly vocab: Readonly<Record<string, number>>;
  readonly merges: readonly (readonly [string, string])[];
  readonly unk_token: string | null;
}

/**
 * A byte-level BPE with these merges: special tokens, then the 256 bytes, then the result of each
 * merge.
 */
export function byteLevelBpe(
  merges: readonly (readonly [string, string])[],
  specialTokens: readonly string[],
): TokenizerJSON {
  const pieces = [...specialTokens, ...byteCharacters(), ...merges.map(([a, b]) => a + b)];
  const vocab = Object.fromEntries([...new Set(pieces)].map((piece, id) => [piece, id]));
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true } as const;
  return {
    version: "1.0",
    added_tokens: specialTokens.map((content) => ({
      id: vocab[content] as number,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: { ...byteLevel, use_regex: true },
    post_processor: null,
    decoder: { ...byteLevel, use_regex: true },
    model: { type: "BPE", vocab, merges, unk_token: null },
  };
}

/**
 * Characters that represent the bytes 0 … 255: printable ones themselves, others from U+0100 on.
 */
export function byteCharacters(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    return String.fromCharCode(printable ? byte : next++);
  });
}
