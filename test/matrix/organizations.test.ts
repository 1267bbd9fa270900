import { matrixOf } from './matrix.ts'

matrixOf('organizations')
