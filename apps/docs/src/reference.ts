/** The API reference: pages made from the docstrings of everything that the packages export. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import {
  Application,
  Comment,
  type CommentDisplayPart,
  CommentTag,
  type Context,
  Converter,
  type DeclarationReflection,
  PageEvent,
  type ProjectReflection,
  type Reflection,
  ReflectionKind,
} from "typedoc";
import { parts } from "./parts.ts";
import { reference, root } from "./places.ts";

/** Writes the reference anew; fails where a docstring names what is not there. */
export async function writeReference(): Promise<void> {
  rmSync(reference, { recursive: true, force: true });
  const all = parts();
  const application = await Application.bootstrapWithPlugins({
    name: "Reference",
    entryPoints: all.map(({ file }) => file),
    tsconfig: join(root, "apps/docs/tsconfig.reference.json"),
    plugin: ["typedoc-plugin-markdown"],
    out: reference,
    logLevel: "Warn",
    readme: "none",
    disableGit: true,
    disableSources: true,
    excludePrivate: true,
    excludeProtected: true,
    excludeInternal: true,
    excludeExternals: true,
    skipErrorChecking: true,
    groupOrder: ["Namespaces", "Classes", "Functions", "Variables", "*"],
    sort: ["alphabetical-ignoring-documents"],
    validation: { invalidLink: true, notExported: false, rewrittenLink: false },
    ...({
      router: "member",
      membersWithOwnFile: ["Class"],
      entryFileName: "index.md",
      excludeScopesInPaths: true,
      hidePageHeader: true,
      hideBreadcrumbs: true,
      useCodeBlocks: true,
      useCustomAnchors: true,
      useHTMLEncodedBrackets: true,
      sanitizeComments: true,
      indexFormat: "table",
      parametersFormat: "table",
      interfacePropertiesFormat: "table",
      typeAliasPropertiesFormat: "table",
      pageTitleTemplates: {
        module: ({ name }: { name: string }) => all.find((part) => part.name === name)?.title,
      },
      tableColumnSettings: { hideModifiers: true },
      navigationJson: join(reference, "navigation.json"),
    } as object),
  });
  application.converter.on(Converter.EVENT_RESOLVE_BEGIN, asFunctions);
  application.converter.on(Converter.EVENT_RESOLVE_BEGIN, withoutReferences);
  application.converter.on(Converter.EVENT_RESOLVE_BEGIN, asFunctionsSay);
  application.converter.on(Converter.EVENT_RESOLVE_END, withoutInherited, -50);
  application.renderer.on(PageEvent.END, completed);
  const entryPoints = application.getEntryPoints() ?? [];
  for (const point of entryPoints) {
    const part = all.find(({ file }) => file === point.sourceFile.fileName);
    if (part) point.displayName = part.name;
  }
  const project = application.converter.convert(entryPoints);
  application.validate(project);
  await application.generateOutputs(project);
  const silent = undocumented(project);
  if (silent.length > 0) console.warn(`without a docstring: ${silent.join(", ")}`);
  if (application.logger.hasErrors() || application.logger.hasWarnings()) {
    throw new Error("the reference could not be made without faults: they stand above");
  }
}

/** Operations that are values of a callable type (`abs: UnaryOp`) stand among the functions. */
function asFunctions({ project }: Context): void {
  for (const one of project.getReflectionsByKind(ReflectionKind.Variable)) {
    const { type } = one as DeclarationReflection;
    if (type?.type !== "reference" || !/Op$|^Function$/.test(type.name)) continue;
    one.comment ??= new Comment();
    one.comment.blockTags.push(new CommentTag("@group", [{ kind: "text", text: "Functions" }]));
  }
}

/** A name that stands on another page already is left out here; a second name is told with the first. */
function withoutReferences({ project }: Context): void {
  const references = project.getReflectionsByKind(ReflectionKind.Reference);
  for (const one of references.filter((each) => each.isReference())) {
    const target = one.getTargetReflectionDeep();
    if (one.name !== target.name && one.parent === target.parent) {
      const said = target.isDeclaration() ? (target.signatures ?? [target]) : [target];
      for (const { comment } of said) {
        comment?.summary.push({ kind: "text", text: `\n\nAlso named \`${one.name}\`.` });
      }
    }
    project.removeReflection(one);
  }
}

/**
 * Methods of a tensor, and in-place functions, say which function has their equation: it is written
 * once.
 */
function asFunctionsSay({ project }: Context): void {
  const named = new Map<string, Reflection>();
  const inFamilies = (project.children ?? []).filter(({ name }) => name.includes("/families/"));
  for (const family of inFamilies) {
    for (const one of family.children ?? []) if (one.hasComment()) named.set(one.name, one);
  }
  const say = (one: Reflection, how: (name: string) => string): void => {
    const name = one.name.replace(/_$/, "");
    const target = named.get(one.name) ?? named.get(name);
    const told: CommentDisplayPart = target
      ? { kind: "inline-tag", tag: "@link", text: target.name, target }
      : { kind: "code", text: `\`${name}\`` };
    one.comment ??= new Comment();
    one.comment.summary.push({ kind: "text", text: how(one.name) }, told);
    one.comment.summary.push({ kind: "text", text: one.name === name ? "." : ", in place." });
  };
  for (const one of inFamilies.find(({ name }) => name.endsWith("/inplace"))?.children ?? []) {
    if (!one.hasComment()) say(one, (name) => `x.${name}(…) as a function: `);
  }
  const tensor = project
    .getReflectionsByKind(ReflectionKind.Class)
    .find(({ name }) => name === "Tensor") as DeclarationReflection;
  for (const one of tensor.children ?? []) {
    delete one.defaultValue;
    const said: Reflection[] = one.signatures ?? [one];
    for (const each of said) if (!each.hasComment()) say(each, () => "See ");
  }
}

/** What a class has from another that has its own page is documented there. */
function withoutInherited({ project }: Context): void {
  const classes = project.getReflectionsByKind(ReflectionKind.Class);
  for (const one of classes.filter((each) => each.isDeclaration())) {
    for (const signature of [...(one.signatures ?? [])]) {
      if (signature.inheritedFrom) project.removeReflection(signature);
      else delete signature.comment; // the class's own
    }
    for (const member of [...(one.children ?? [])]) {
      const above = member.inheritedFrom?.reflection;
      if (above && above.parent !== one) project.removeReflection(member);
    }
  }
}

/** A type that the signature above it says already. */
const returnsPlainly =
  /\n#+ Returns\n\n(?:\[?`[\w.]+`(?:\]\([^)\n]*\))?|`void`|`Promise`&lt;`void`&gt;)\n(?=\n\*\*\*|\n#|\n*$)/g;

/** A package's page begins with its README. */
function completed(page: PageEvent): void {
  const [, name] = /^([\w-]+)\/index\.md$/.exec(page.url) ?? [];
  const readme = `<!--@include: ../../../packages/${name}/README.md-->`;
  let sections = 0;
  const text = (page.contents ?? "")
    .replaceAll(returnsPlainly, "")
    .replace(/^### Constructor$/m, "$& {#new}")
    // "Parameters" is a heading everywhere, and may be a name: anchors belong to names
    .replaceAll(/^##+ [^{\n]+$/gm, (heading) => `${heading} {#section-${++sections}}`)
    // VitePress finds the name "constructor" in every object, and takes it for given
    .replaceAll("#constructor)", "#new)");
  const [, family] = /^autograd\/families\/(\w+)\/index\.md$/.exec(page.url) ?? [];
  if (name !== undefined) page.contents = text.replace(/^# .*\n/, `${readme}\n\n# API\n`);
  else if (family === undefined) page.contents = text;
  else {
    const from = `Exported by \`@wgrad/autograd\`${family === "special" ? " as `special`" : ""}.`;
    page.contents = text.replace(/^# .*\n/, `$&\n${from}\n`);
  }
}

/** Exported names without a docstring. */
function undocumented(project: ProjectReflection): string[] {
  const kinds = ReflectionKind.Class | ReflectionKind.Function | ReflectionKind.Variable;
  return project
    .getReflectionsByKind(kinds)
    .filter((one) => one.isDeclaration())
    .filter((one) => !one.hasComment() && !one.signatures?.every((each) => each.hasComment()))
    .map((one) => one.getFullName());
}
