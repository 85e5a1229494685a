/** What `import … from 'genbook/plot'` gives to cells: pictures. */
export * from '../plot'
