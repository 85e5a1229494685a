/** @returns an object with these properties, which can be used, but are not listed where the object is shown. */
export function withHidden<T extends object>(properties: T): T {
  const descriptors: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(properties)
  for (const key of Reflect.ownKeys(descriptors)) descriptors[key]!.enumerable = false
  return Object.defineProperties({} as T, descriptors)
}
