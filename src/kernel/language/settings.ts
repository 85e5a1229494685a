/** What a person may choose about the help they get. Absent is the default. */

export interface FormatSettings {
  readonly tabSize?: number
  readonly insertSpaces?: boolean
}

/** Which inlay hints are shown; the names and defaults are those of VS Code's own TypeScript settings. */
export interface InlayHintSettings {
  readonly parameterNames?: 'none' | 'literals' | 'all'
  readonly parameterTypes?: boolean
  readonly variableTypes?: boolean
  readonly propertyTypes?: boolean
  readonly returnTypes?: boolean
  readonly enumValues?: boolean
}
