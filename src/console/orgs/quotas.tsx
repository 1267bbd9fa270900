import { may } from '../../auth/permissions.ts'
import type { orgQuotas } from '../../quotas/views.ts'
import { read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { type ReturnedForm, stateOf } from '../forms.ts'
import { Field, Form } from '../ui/forms.tsx'
import { Table } from '../ui/lists.tsx'
import { baseOf } from './parts.tsx'

export type Quota = ReturnType<typeof orgQuotas>[number]

/** Undefined where nothing is limited, or the viewer may not see it. */
export const readQuotas = async (c: PageContext): Promise<Quota[] | undefined> =>
  c.var.config.quotas && may(c.var.viewer, 'orgs.quotas:read', '')
    ? read<Quota[]>(c, `/api${baseOf(c)}/quotas`)
    : undefined

const words: Record<string, string> = { org_user: 'Members', dashboard: 'Dashboards' }

type LimitProps = { quota: Quota; action: string; returned: ReturnedForm | undefined }

function Limit({ quota: { target, limit }, action, returned }: LimitProps) {
  const { filled, faults } = stateOf(target, { [target]: limit }, returned)
  return (
    <Form isInline action={`${action}/${target}`} submit="Save">
      <Field name={target} label={`Limit: ${words[target] ?? target}`} type="number" filled={filled} faults={faults} />
    </Form>
  )
}

type QuotasProps = {
  quotas: Quota[]
  /** Where a limit is set; undefined = it can't be. */
  action?: string | undefined
  returned?: ReturnedForm | undefined
}

export const Quotas = ({ quotas, action, returned }: QuotasProps) => (
  <>
    {action !== undefined && <p>A limit of -1 is none.</p>}
    <Table
      caption="Quotas"
      columns={['What', 'In use', 'Limit']}
      rows={quotas.map((quota) => [
        words[quota.target] ?? quota.target,
        String(quota.used),
        action === undefined ? limitInWords(quota.limit) : <Limit quota={quota} action={action} returned={returned} />,
      ])}
      empty="Nothing is counted."
    />
  </>
)

const limitInWords = (limit: number) => (limit < 0 ? 'none' : String(limit))
