/**
 * What every implementation of a walk's noise must give: the normals of a particle's draw in a step, under one key, to the
 * precision of its numbers. Computed once by a program of its own with whole numbers of any length and double precision.
 */
export const goldenKey = [0x243f6a88, 0x85a308d3] as const

export const goldenNormals: readonly {
  readonly particle: number
  readonly step: number
  readonly draw: number
  readonly normals: readonly number[]
}[] = [
  { particle: 0, step: 0, draw: 0, normals: [-0.826266382814573, 0.27940531294370335] },
  { particle: 1, step: 0, draw: 0, normals: [0.6239392719279395, -0.9552194370513638] },
  { particle: 0, step: 1, draw: 0, normals: [0.19640167071363235, 2.1891021861551327] },
  { particle: 0, step: 1, draw: 1, normals: [0.028816327249013247, -1.6487058054747068] },
  { particle: 4095, step: 1000, draw: 0, normals: [0.9338007549795803, 1.690187946697366] },
  {
    particle: 65537,
    step: 50,
    draw: 1,
    normals: [
      -0.35888644992266894, -0.38860434546778694, 0.40106011790136586, 0.5088674422437587,
      -0.38943141950849475,
    ],
  },
  {
    particle: 7,
    step: 3,
    draw: 2,
    normals: [
      -0.7086226686427591, 1.5146648549869894, 1.3209094406563895, -0.22464749566245462, 0.510189125086008,
      -1.0190346487661255, -1.8279601358022357, 0.6063770818207621, -0.6748249107070317,
    ],
  },
]
