/** Data to learn from: laws in the plane and in space, mixtures whose density is known, pictures, points of one's own, files. */
import { bars } from './bars'
import { checkerboard } from './checkerboard'
import { circles, rings } from './circles'
import { csv } from './csv'
import {
  captionOf,
  cifar,
  decodeCaptions,
  dequantised,
  digits,
  encodeCaptions,
  flipped,
  idx,
  images,
  letters,
  measureScenes,
  parseCaption,
  phantoms,
  png,
  quantised,
  shapes,
  sheppLogan,
  textures,
  vocabulary,
} from './images'
import { mixture } from './mixture'
import { moons } from './moons'
import { eightGaussians, gaussian, ncsnToy } from './named'
import { npy, npz } from './npy'
import { pinwheel } from './pinwheel'
import { points } from './points'
import { circleInSpace, planeInSpace } from './space'
import { spirals, swissRoll } from './spirals'
import { split } from './split'
import { whitening } from './whitening'

export type { Data, LabelledData } from './data'
export type { BarsOptions } from './bars'
export type { Checkerboard } from './checkerboard'
export type { CsvOptions } from './csv'
export type { Mixture, MixtureOptions } from './mixture'
export type {
  CifarOptions,
  Ellipse,
  ImageSet,
  ImageSetOptions,
  MeasuredScene,
  PhantomsOptions,
  PlacedThing,
  PngOptions,
  Scene,
  Shapes,
  ShapesOptions,
  Statement,
  Thing,
  WritingOptions,
} from './images'
export type { GaussianOptions } from './named'
export type { FileBytes } from './bytes'
export type { NpyArray } from './npy'
export type { PinwheelOptions } from './pinwheel'
export type { LabelledPoints, NumericArray, PointOptions, PointSet, PointValues } from './points'
export type { InPlane } from './space'
export type { Moments, Whitening } from './whitening'
export type { Component } from './gaussians'

export const data = {
  bars,
  moons,
  circles,
  rings,
  swissRoll,
  spirals,
  checkerboard,
  pinwheel,
  eightGaussians,
  ncsnToy,
  gaussian,
  mixture,
  planeInSpace,
  circleInSpace,
  points,
  csv,
  npy,
  npz,
  split,
  whitening,
  digits,
  letters,
  shapes,
  textures,
  phantoms,
  sheppLogan,
  images,
  idx,
  cifar,
  png,
  dequantised,
  flipped,
  quantised,
  /** The language of `data.shapes`. */
  captions: {
    of: captionOf,
    parse: parseCaption,
    encode: encodeCaptions,
    decode: decodeCaptions,
    /** What pictures show, by measuring them. */
    measure: measureScenes,
    vocabulary,
  },
}
