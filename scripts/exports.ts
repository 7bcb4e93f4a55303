/**
 * The callable exports of the packages, from their types, for tests that go through all of them.
 */
import { join } from "node:path";
import ts from "typescript";

const root = join(import.meta.dirname, "..");

/** A function, a constructor or a method. */
export interface Callable {
  /** Entry point: "@wgrad/nn". */
  readonly entry: string;
  /** Name within the entry point: "functional.conv2d", "Linear", "Linear.forward". */
  readonly name: string;
  readonly kind: "function" | "constructor" | "method";
  /** Names of the arguments before the options. */
  readonly params: readonly string[];
  /** Whether it accepts any number of arguments. */
  readonly rest: boolean;
  /** Names of the options; null if there are none. */
  readonly options: readonly string[] | null;
  /** Least number of arguments before the options. */
  readonly before: number;
}

/** All callables of these entry points, given as package names with a file each. */
export function callablesOf(entries: Readonly<Record<string, string>>): Callable[] {
  const { config } = ts.readConfigFile(join(root, "tsconfig.base.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const files = Object.values(entries).map((file) => join(root, file));
  const program = ts.createProgram(files, { ...options, noEmit: true });
  const reader = new Reader(program.getTypeChecker());
  return Object.entries(entries).flatMap(([entry, file]) => {
    const source = program.getSourceFile(join(root, file)) as ts.SourceFile;
    return reader.exportsOf(source).map((found) => ({ entry, ...found }));
  });
}

type Found = Omit<Callable, "entry">;

class Reader {
  readonly checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.checker = checker;
  }

  exportsOf(source: ts.SourceFile): Found[] {
    return this.#membersOf(this.checker.getSymbolAtLocation(source) as ts.Symbol, "");
  }

  #membersOf(module: ts.Symbol, prefix: string): Found[] {
    return this.checker.getExportsOfModule(module).flatMap((member) => {
      if (member.declarations?.some(ts.isTypeOnlyExportDeclaration)) return [];
      const symbol =
        member.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(member) : member;
      const name = prefix + member.name;
      if (symbol.flags & ts.SymbolFlags.ValueModule) return this.#membersOf(symbol, `${name}.`);
      if (symbol.flags & ts.SymbolFlags.Class) return this.#ofClass(symbol, name);
      return symbol.flags & ts.SymbolFlags.Value ? this.#ofValue(symbol, name) : [];
    });
  }

  /** A function, a constant that is a function, or the functions in an object (`linalg`). */
  #ofValue(symbol: ts.Symbol, name: string): Found[] {
    const declaration = symbol.getDeclarations()?.at(-1) as ts.Declaration;
    const type = this.checker.getTypeOfSymbolAtLocation(symbol, declaration);
    const signature = implementation(symbol) ?? type.getCallSignatures().at(-1);
    if (signature !== undefined) return [this.#read(name, "function", signature, declaration)];
    if (!(type.flags & ts.TypeFlags.Object) || this.checker.isArrayType(type)) return [];
    return type.getProperties().flatMap((member) => {
      const of = this.checker.getTypeOfSymbolAtLocation(member, declaration);
      const [call] = of.getCallSignatures();
      const own = member.valueDeclaration?.getSourceFile().fileName.includes("/packages/");
      return call && own
        ? [this.#read(`${name}.${member.name}`, "function", call, declaration)]
        : [];
    });
  }

  #ofClass(symbol: ts.Symbol, name: string): Found[] {
    const declaration = symbol.getDeclarations()?.find(ts.isClassDeclaration);
    if (declaration === undefined) return [];
    const type = this.checker.getTypeOfSymbolAtLocation(symbol, declaration);
    const own = declaration.members.find(
      (member) => ts.isConstructorDeclaration(member) && member.body !== undefined,
    ) as ts.ConstructorDeclaration | undefined;
    const made = own ?? type.getConstructSignatures()[0];
    const found: Found[] = [];
    const abstract = declaration.modifiers?.some((m) => m.kind === ts.SyntaxKind.AbstractKeyword);
    if (made !== undefined && !abstract) {
      found.push(this.#read(name, "constructor", made, declaration));
    }
    for (const member of declaration.members) {
      if (!ts.isMethodDeclaration(member) || member.body === undefined) continue;
      const hidden = member.modifiers?.some(
        ({ kind }) =>
          kind === ts.SyntaxKind.PrivateKeyword || kind === ts.SyntaxKind.ProtectedKeyword,
      );
      if (hidden || !ts.isIdentifier(member.name)) continue;
      found.push(this.#read(`${name}.${member.name.text}`, "method", member, member));
    }
    return found;
  }

  #read(
    name: string,
    kind: Callable["kind"],
    given: ts.Signature | ts.SignatureDeclaration,
    at: ts.Declaration,
  ): Found {
    const signature =
      "kind" in given ? (this.checker.getSignatureFromDeclaration(given) as ts.Signature) : given;
    const params: string[] = [];
    let options: readonly string[] | null = null;
    let rest = false;
    let before: number | null = null;
    for (const parameter of signature.getParameters()) {
      const written = parameter.valueDeclaration;
      const own = written !== undefined && ts.isParameter(written) ? written : undefined;
      if (own?.dotDotDotToken) rest = true;
      const type = this.checker.getNonNullableType(
        this.checker.getTypeOfSymbolAtLocation(parameter, written ?? at),
      );
      const parts = type.isUnion() ? type.types : [type];
      const optional = own?.questionToken !== undefined || own?.initializer !== undefined;
      const bag = parts.find((part) => isNamed(part) || (optional && this.#isBag(part)));
      if (bag !== undefined) before ??= params.length;
      if (bag !== undefined) options = bag.getProperties().map((property) => property.name);
      if (bag === undefined || parts.length > 1) params.push(parameter.name);
    }
    return { name, kind, params, rest, options, before: before ?? params.length };
  }

  /** Whether a type is an object of optional settings. */
  #isBag(type: ts.Type): boolean {
    const properties = type.getProperties();
    return (
      (type.flags & ts.TypeFlags.Object) !== 0 &&
      properties.length > 0 &&
      type.getCallSignatures().length === 0 &&
      !this.checker.isArrayType(type) &&
      !this.checker.isTupleType(type) &&
      !((type.symbol?.flags ?? 0) & ts.SymbolFlags.Class) &&
      this.checker.getIndexInfoOfType(type, ts.IndexKind.String) === undefined &&
      properties.every((property) => property.flags & ts.SymbolFlags.Optional)
    );
  }
}

/** Whether a type is an object of settings of which some are required. */
function isNamed({ aliasSymbol, symbol }: ts.Type): boolean {
  return /Options?$/.test((aliasSymbol ?? symbol)?.name ?? "");
}

/** The implementation among overloads. */
function implementation(symbol: ts.Symbol): ts.FunctionDeclaration | undefined {
  return symbol
    .getDeclarations()
    ?.find((one): one is ts.FunctionDeclaration => ts.isFunctionDeclaration(one) && !!one.body);
}
