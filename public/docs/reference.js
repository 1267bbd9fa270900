// Shows /openapi.json. What is tried here goes to this very site: as whoever is signed in to the console, by the cookie
// that the browser holds, or with the token or password given by Authorize, which is kept until the page is left.

const reference = document.getElementById('reference')

/** The address of an operation as plain text: a link inside the button that opens the operation is one too many. */
const plainPaths = ({ React }) => ({
  components: {
    OperationSummaryPath: ({ operationProps }) =>
      React.createElement('span', { className: 'opblock-summary-path' }, operationProps.get('path')),
  },
})

/** There is one server: this one. */
const oneServer = { components: { ServersContainer: () => null } }

/** No script may set the cookie of a session, so there is nothing to fill in. */
const sessionBySigningIn = ({ React }) => {
  const note = React.createElement(
    'div',
    { className: 'auth-container' },
    React.createElement('h4', null, 'Session'),
    React.createElement(
      'p',
      null,
      'Once you have ',
      React.createElement('a', { href: '/login' }, 'signed in'),
      ', the browser sends it by itself.',
    ),
  )
  const isSession = (definitions) => definitions.first()?.get('type') === 'apiKey'
  return {
    wrapComponents: {
      auths: (Auths) => (props) => (isSession(props.definitions) ? note : React.createElement(Auths, props)),
    },
  }
}

/** A part of the document with what it refers to in place, but for what holds itself. */
function resolved(document, part, within = []) {
  if (Array.isArray(part)) return part.map((each) => resolved(document, each, within))
  if (typeof part !== 'object' || part === null || within.includes(part.$ref)) return part
  if (part.$ref === undefined)
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, resolved(document, value, within)]))
  const path = part.$ref.slice('#/'.length).split('/')
  return resolved(document, partAt(document, path), [...within, part.$ref])
}

const partAt = (document, path) => path.reduce((part, key) => part?.[key], document)

/** All references are to this very document: Swagger UI's own way goes through the whole of it for each operation. */
const ownReferences = {
  fn: {
    resolveSubtree: async (document, path) => ({ errors: [], spec: resolved(document, partAt(document, path)) }),
  },
}

/** What Swagger UI leaves for a screen reader to guess, and what only a mouse could scroll. */
const attributes = [
  ['.close-modal', 'aria-label', () => 'Close'],
  ['tr[data-param-name] :is(select, input, textarea)', 'aria-label', (field) => field.closest('tr').dataset.paramName],
  ['.body-param :is(select, textarea)', 'aria-label', () => 'Request body'],
  ['.body-param-content-type select', 'aria-label', () => 'Media type of the request'],
  ['.auth-btn-wrapper .authorize', 'aria-label', (button) => button.textContent],
  ['pre.microlight', 'tabindex', () => '0'],
]

function complete() {
  for (const [selector, name, textOf] of attributes) {
    for (const element of reference.querySelectorAll(selector)) element.setAttribute(name, textOf(element))
  }
}

new MutationObserver(complete).observe(reference, { childList: true, subtree: true })

SwaggerUIBundle({
  url: '/openapi.json',
  domNode: reference,
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [plainPaths, oneServer, sessionBySigningIn, ownReferences],
  layout: 'BaseLayout',
  deepLinking: true,
  docExpansion: 'none',
  filter: true,
  defaultModelsExpandDepth: -1,
  // Of which all colours can be read.
  syntaxHighlight: { theme: 'tomorrow-night' },
  persistAuthorization: false,
  // Nothing is sent elsewhere to be checked.
  validatorUrl: null,
})
