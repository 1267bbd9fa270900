import { openApiText } from './buildOpenApi.ts'

// Printed rather than written, since nothing else here needs Node's types: `npm run openapi` sends it to the file.
console.log(openApiText().trimEnd())
