export function build(): void
export function pack(packagePath?: string, options?: { readonly quiet?: boolean }): Promise<string>
