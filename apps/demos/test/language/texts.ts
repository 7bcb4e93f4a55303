import { readFileSync } from "node:fs";
import ts from "typescript";

/** A text in a source file: an English literal, or several added together. */
export interface Text {
  readonly node: ts.Expression;
  /** With `{}` for each value in it. */
  readonly text: string;
  readonly line: number;
}

/** A call that looks a text up: `t`, `plural` or `known`. */
export interface Lookup {
  readonly call: ts.CallExpression;
  /** The texts it names; null where one is no literal. */
  readonly keys: readonly (string | null)[];
  readonly line: number;
}

/** Functions that look up, and which of their arguments are texts. */
const lookups: Readonly<Record<string, readonly number[]>> = { t: [0], plural: [1, 2] };

/** Properties and attributes that are shown. */
const shownNames = new Set(
  "label title caption heading summary teaches hint about answer try expect note tooShort help aria-label aria-valuetext placeholder alt what".split(
    " ",
  ),
);
/** Properties and attributes that are not, whatever their value looks like. */
const hiddenNames = new Set(
  "class style accept query type font fontFamily measure cwd href rel target href src d transform viewBox stdio format".split(
    " ",
  ),
);
/** Functions whose texts are shown; those of `element` are its children. */
const shownCalls: Readonly<Record<string, number>> = {
  step: 0,
  element: 2,
  say: 0,
  tell: 0,
  heading: 0,
  table: 0,
  button: 0,
  section: 0,
  toCopy: 99,
};
/** Functions that take names, patterns and other texts for the program alone. */
const hiddenCalls =
  /^(querySelector(All)?|addEventListener|removeEventListener|[gs]etAttribute|removeAttribute|toggleAttribute|createElement|getElementById|matchMedia|getContext|URL|RegExp|Worker|svg|startsWith|endsWith|includes|split|join|replace(All)?|indexOf|has|get|set|test|match|createStore|recall|remember|setProperty|getPropertyValue|color|fileURLToPath|mkdtemp|execFileSync|git|glob|Event|MulticlassAccuracy|TypeError|RangeError|Error|column|numbers|strings|pack|toCopy)$/;

const hasWord = (text: string): boolean => /[A-Za-z]{2}/.test(text);
/** Looks like English wherever it is: words with spaces between them, or a capital first. */
const isEnglish = (text: string): boolean =>
  hasWord(text) &&
  (/[A-Za-z…,.:;)}\d] +([A-Za-z]{2}|[a({“"])/.test(text) || /^[A-Z][a-z]/.test(text));

export function parse(path: string, content = readFileSync(path, "utf8")): ts.SourceFile {
  return ts.createSourceFile(path, content, ts.ScriptTarget.Latest, true);
}

const lineOf = (file: ts.SourceFile, node: ts.Node): number =>
  file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;

/** The text that an expression is, with `{}` for values; null where it is none. */
function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(({ literal }) => `{}${literal.text}`).join("");
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [textOf(node.left), textOf(node.right)];
    return left === null || right === null ? null : left + right;
  }
  return ts.isParenthesizedExpression(node) ? textOf(node.expression) : null;
}

const calleeOf = (call: ts.CallExpression | ts.NewExpression): string => {
  const { expression } = call;
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
};

/** The calls of `t` and `plural` in a file. */
export function lookupsIn(file: ts.SourceFile): Lookup[] {
  const found: Lookup[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
      const places = lookups[node.expression.text];
      if (places !== undefined) {
        const keys = places.map((i) => {
          const argument = node.arguments[i];
          if (argument === undefined || ts.isTemplateExpression(argument)) return null;
          return textOf(argument);
        });
        found.push({ call: node, keys, line: lineOf(file, node) });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Texts of a file that are shown, or may be, and that no lookup goes over. */
export function textsIn(file: ts.SourceFile): Text[] {
  const found: Text[] = [];
  const visit = (node: ts.Node): void => {
    if (isPicture(node)) return;
    if (isLookup(node)) {
      for (const argument of (node as ts.CallExpression).arguments) {
        if (textOf(argument) === null) visit(argument);
      }
      return;
    }
    const text = textOf(node);
    if (text === null) {
      ts.forEachChild(node, visit);
      return;
    }
    const place = placeOf(node);
    if (place === "shown" ? hasWord(text) : place === "open" && isEnglish(text)) {
      found.push({ node: node as ts.Expression, text, line: lineOf(file, node) });
    }
    visitValues(node, visit);
  };
  visit(file);
  return found;
}

/** What stands between the words of a text. */
function visitValues(node: ts.Node, visit: (node: ts.Node) => void): void {
  if (ts.isTemplateExpression(node)) {
    for (const { expression } of node.templateSpans) visit(expression);
  } else if (ts.isBinaryExpression(node)) {
    visitValues(node.left, visit);
    visitValues(node.right, visit);
  } else if (ts.isParenthesizedExpression(node)) visitValues(node.expression, visit);
}

const isLookup = (node: ts.Node): boolean =>
  ts.isCallExpression(node) &&
  ts.isIdentifier(node.expression) &&
  Object.hasOwn(lookups, node.expression.text);

/** What a list lets one choose: value → text. */
const isOption = ({ parent }: ts.PropertyAssignment): boolean =>
  ts.isPropertyAssignment(parent.parent) && parent.parent.name.getText() === "options";

const inLessons = (node: ts.Node): boolean => /\/src\//.test(node.getSourceFile().fileName);

/** Charts that lessons write into files: they stay English, as do the letters of their font. */
const isPicture = (node: ts.Node): boolean =>
  inLessons(node) &&
  ((ts.isPropertyAssignment(node) && /^(report|panels?)$/.test(node.name.getText())) ||
    (ts.isCallExpression(node) && /(Chart|Panel|panels\.push)$/.test(node.expression.getText())) ||
    (ts.isCallExpression(node) && /^story\.show$/.test(node.expression.getText())));

/** Whether what stands here is shown; "open" where only its look can tell. */
function placeOf(node: ts.Node): "shown" | "hidden" | "open" {
  for (
    let [child, parent] = [node, node.parent];
    parent;
    [child, parent] = [parent, parent.parent]
  ) {
    if (
      ts.isImportDeclaration(parent) ||
      ts.isExportDeclaration(parent) ||
      ts.isTypeNode(parent) ||
      ts.isCaseClause(parent) ||
      ts.isElementAccessExpression(parent)
    ) {
      return "hidden";
    }
    if (ts.isTaggedTemplateExpression(parent)) return "hidden";
    if (ts.isPropertyAssignment(parent)) {
      if (parent.name === child) return "hidden";
      const name = parent.name.getText().replaceAll(/["']/g, "");
      if (shownNames.has(name) || isOption(parent)) return "shown";
      if (name === "name" && inLessons(parent)) return "hidden";
      if (hiddenNames.has(name) || /^data-/.test(name)) return "hidden";
      return "open";
    }
    if (ts.isBinaryExpression(parent)) {
      const kind = parent.operatorToken.kind;
      if (
        kind === ts.SyntaxKind.EqualsEqualsEqualsToken ||
        kind === ts.SyntaxKind.ExclamationEqualsEqualsToken ||
        kind === ts.SyntaxKind.InKeyword
      ) {
        return "hidden";
      }
      continue;
    }
    if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) {
      const callee = calleeOf(parent);
      if (parent.expression === child) return "open";
      const at = parent.arguments?.indexOf(child as ts.Expression) ?? 0;
      if (hiddenCalls.test(callee))
        return callee === "setAttribute" && at === 1 ? "open" : "hidden";
      const first = shownCalls[callee];
      if (first !== undefined) return at >= first ? "shown" : "hidden";
      return "open";
    }
    if (
      ts.isConditionalExpression(parent) ||
      ts.isArrayLiteralExpression(parent) ||
      ts.isParenthesizedExpression(parent) ||
      ts.isSpreadElement(parent) ||
      ts.isTemplateSpan(parent) ||
      ts.isTemplateExpression(parent) ||
      ts.isAsExpression(parent)
    ) {
      continue;
    }
    return "open";
  }
  return "open";
}
