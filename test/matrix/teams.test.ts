import { matrixOf } from './matrix.ts'

matrixOf('teams')
