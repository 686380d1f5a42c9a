declare module 'swagger-ui-dist/*' {
  const path: string;
  export default path;
}
declare module '*.txt' {
  const path: string;
  export default path;
}
declare module '*.css' {
  const path: string;
  export default path;
}
declare module 'htmx.org/dist/*' {
  const path: string;
  export default path;
}
