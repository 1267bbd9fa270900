import { matrixOf } from './matrix.ts'

matrixOf('roles')
