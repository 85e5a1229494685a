import tseslint from 'typescript-eslint'

/** Imports point one way: tensor ← models ← kernel; notebook and renderers stand alone; extension and cli use all. */
const mayUse = {
  notebook: [],
  renderers: [],
  tensor: [],
  models: ['tensor'],
  kernel: ['tensor', 'models', 'renderers', 'notebook'],
  extension: ['notebook', 'renderers', 'kernel', 'models', 'tensor'],
  cli: ['notebook', 'renderers', 'kernel', 'models', 'tensor'],
}
const rooms = Object.keys(mayUse)

const directions = rooms.map((room) => ({
  files: [`src/${room}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: rooms
              .filter((other) => other !== room && !mayUse[room].includes(other))
              .flatMap((other) => [`**/${other}`, `**/${other}/**`]),
            message: `src/${room} may only import ${mayUse[room].join(', ') || 'from itself'}.`,
          },
          ...(room === 'extension'
            ? []
            : [{ group: ['vscode'], message: 'Only src/extension talks to VS Code.' }]),
          ...(['notebook', 'models', 'tensor', 'renderers'].includes(room)
            ? [{ group: ['node:*', 'fs', 'path'], message: `src/${room} also runs in a browser: no Node.` }]
            : []),
        ],
      },
    ],
  },
}))

export default tseslint.config(
  // The numeric kernels are AssemblyScript, which its own compiler checks.
  { ignores: ['dist', 'out', 'node_modules', '**/node_modules', 'src/tensor/wasm/native'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_$' }],
      // node:test's test() and describe() return promises that the runner itself awaits.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            {
              from: 'package',
              package: 'node:test',
              name: ['test', 'describe', 'it', 'suite', 'default', 'before', 'after'],
            },
          ],
        },
      ],
    },
  },
  {
    // What a person reads is said through vscode.l10n.
    files: ['src/extension/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'CallExpression[callee.property.name=/^(show(Error|Warning|Information)Message|setStatusBarMessage)$/] > :matches(Literal[value=/[A-Za-z]{3}/], TemplateLiteral:has(TemplateElement[value.raw=/[A-Za-z]{3}/])).arguments',
          message: 'Say it through vscode.l10n.t.',
        },
        {
          selector:
            'Property[key.name=/^(title|placeHolder|prompt|tooltip|detail)$/] > Literal.value[value=/[A-Za-z]{3}/]',
          message: 'Say it through vscode.l10n.t.',
        },
      ],
    },
  },
  ...directions,
)
