/** What is used of Tesseract's core in WebAssembly: files of its own, an engine, and words as JSON. */
declare module 'tesseract.js-core/tesseract-core-simd-lstm.js' {
  interface TessBaseAPI {
    /** 0: it worked. */
    Init(path: null, languages: string, engine: number): number;
    SetVariable(name: string, value: string): boolean;
    /** Reads `/input`. 1: it could not. */
    SetImageFile(orientation: number, angle: number): number;
    Recognize(monitor: null): number;
    GetJSONText(): string;
    Clear(): void;
  }
  interface Core {
    readonly FS: { writeFile(path: string, bytes: Uint8Array): void };
    readonly TessBaseAPI: new () => TessBaseAPI;
  }
  export default function openCore(options: {
    readonly wasmBinary: Uint8Array;
    readonly TesseractProgress: () => void;
    readonly print: () => void;
    readonly printErr: () => void;
  }): Promise<Core>;
}
