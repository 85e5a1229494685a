/** Controls and captions as data; nothing here needs a page. */
export * from './painterSpec'
export * from './progress'
export * from './specification'
