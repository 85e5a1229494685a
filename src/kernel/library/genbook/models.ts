/** What `import … from 'genbook/models'` gives to cells: the models, with a training loop that draws nothing. */
export * from '../../../models'
