import { matrixOf } from './matrix.ts'

matrixOf('machines')
