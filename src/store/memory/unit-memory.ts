/** What is remembered of the rows beside the database: it has to be told what becomes of the units that write them. */
export interface UnitMemory {
  unitBegins(): void;
  /** Its changes are part of the group. */
  unitStands(): void;
  /** Before anybody else reads or writes. */
  unitIsTakenBack(): void;
  /** All units since the last commit are taken back. */
  groupIsTakenBack(): void;
}
