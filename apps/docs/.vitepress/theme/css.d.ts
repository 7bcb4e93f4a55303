declare module "*.css";
declare module "@shikijs/vitepress-twoslash/style.css";
