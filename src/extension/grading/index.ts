import type { Identities } from '../notebook/identity'
import { Owner } from '../owner'
import { handInCommand } from './handIn'
import { Locks } from './locks'
import { markCommand, pointsCommand } from './marks'
import { ReleasePreview } from './preview'
import { MasterProblems } from './problems'
import { MarkItems } from './statusBar'
import { TotalPoints } from './total'

/** Assignments in the editor: an instructor marks and previews, a student answers and checks before handing in. */
export class Grading extends Owner {
  constructor(identities: Identities) {
    super()
    this.own(markCommand(identities))
    this.own(pointsCommand())
    this.own(new MarkItems())
    this.own(new TotalPoints())
    this.own(new MasterProblems())
    this.own(new ReleasePreview())
    this.own(new Locks(identities))
    this.own(handInCommand())
  }
}
