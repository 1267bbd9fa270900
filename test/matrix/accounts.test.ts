import { matrixOf } from './matrix.ts'

matrixOf('accounts')
