import type { Child } from 'hono/jsx'
import type { PageContext } from '../env.ts'

type SearchProps = {
  c: PageContext
  action: string
  label?: string
  /** What is looked into. */
  placeholder: string
  /** Further choices. */
  children?: Child
}

/** Works as a form; where scripts run, the list, which is the element `found`, follows what is typed. */
export const Search = ({ c, action, label = 'Search', placeholder, children }: SearchProps) => (
  <search>
    <form method="get" action={action} class="row" data-live="found">
      <div class="field">
        <label for="query">{label}</label>
        <input id="query" name="query" type="search" value={c.req.query('query')} placeholder={placeholder} />
      </div>
      {children}
      <p class="buttons">
        <button type="submit" class="quiet">
          Search
        </button>
      </p>
    </form>
  </search>
)
