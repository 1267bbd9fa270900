import { matrixOf } from './matrix.ts'

matrixOf('dashboards')
