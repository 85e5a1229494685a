/** What `import … from 'genbook/data'` gives to cells: laws to learn, and files of one's own. */
import { data } from '../../../models'

export const bars: typeof data.bars = data.bars
export const moons: typeof data.moons = data.moons
export const circles: typeof data.circles = data.circles
export const rings: typeof data.rings = data.rings
export const swissRoll: typeof data.swissRoll = data.swissRoll
export const spirals: typeof data.spirals = data.spirals
export const checkerboard: typeof data.checkerboard = data.checkerboard
export const pinwheel: typeof data.pinwheel = data.pinwheel
export const eightGaussians: typeof data.eightGaussians = data.eightGaussians
export const ncsnToy: typeof data.ncsnToy = data.ncsnToy
export const gaussian: typeof data.gaussian = data.gaussian
export const mixture: typeof data.mixture = data.mixture
export const planeInSpace: typeof data.planeInSpace = data.planeInSpace
export const circleInSpace: typeof data.circleInSpace = data.circleInSpace
export const points: typeof data.points = data.points
export const csv: typeof data.csv = data.csv
export const npy: typeof data.npy = data.npy
export const npz: typeof data.npz = data.npz
export const split: typeof data.split = data.split
export const whitening: typeof data.whitening = data.whitening
export const digits: typeof data.digits = data.digits
export const letters: typeof data.letters = data.letters
export const shapes: typeof data.shapes = data.shapes
export const captions: typeof data.captions = data.captions
export const textures: typeof data.textures = data.textures
export const phantoms: typeof data.phantoms = data.phantoms
export const sheppLogan: typeof data.sheppLogan = data.sheppLogan
export const images: typeof data.images = data.images
export const idx: typeof data.idx = data.idx
export const cifar: typeof data.cifar = data.cifar
export const png: typeof data.png = data.png
export const dequantised: typeof data.dequantised = data.dequantised
export const flipped: typeof data.flipped = data.flipped
export const quantised: typeof data.quantised = data.quantised
export { readFile, readFolder, readText, type ReadFolderOptions } from '../files'
export type { Data, ImageSet, LabelledData, LabelledPoints, Mixture, PointSet, Shapes } from '../../../models'
