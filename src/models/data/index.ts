/** Data to learn from: laws in the plane and mixtures whose density is known. */
import { mixture } from './mixture'
import { moons } from './moons'

export type { Data, LabelledData } from './data'
export type { Mixture, MixtureOptions } from './mixture'
export type { Component } from './gaussians'

export const data = { moons, mixture }
