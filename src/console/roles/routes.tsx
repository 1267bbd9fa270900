import { newPages } from '../pages.ts'
import { roleAssignmentPages } from './assignments.tsx'
import { roleDetail } from './detail.tsx'
import { roleEditor } from './edit.tsx'
import { roleList } from './list.tsx'

export const rolePages = newPages()

/** `/roles/new` comes before `/roles/:uid`. */
for (const pages of [roleList, roleEditor, roleDetail, roleAssignmentPages]) rolePages.route('/', pages)
