/**
 * Agencies and what belongs to each: its people and keys, its removal grounds as versioned data, its register of accounts.
 *
 * Promises: whoever leaves, or may do less, is out with the commit. A key and a link are shown once; what is kept of them, and
 * of a session, is a digest. A ground is resolved to the clause as it stands that day and copied into the fact. Nothing of one
 * agency is read for another (the walls are in the database, migrations 0005 and 0008).
 */
export {
  addAgency,
  AGENCY_SLUG,
  agencyProblems,
  dayIn,
  endOfDay,
  listAgencies,
  SYSTEM_IS_NONE,
  zoneOf,
  type Agency,
} from './agencies.ts';
export { civilDay } from './words.ts';
export {
  createKey,
  isLive,
  keyProblems,
  listKeys,
  makeKey,
  openKeyring,
  revokeKey,
  rotateKey,
  type KeyProblems,
  type Keyring,
  type KeyView,
  type RotationRefusal,
} from './keys.ts';
export {
  actorOf,
  KEY_ROLES,
  PEOPLE_ROLES,
  SYSTEM_AGENCY,
  SYSTEM_ROLE,
  type Caller,
  type KeyRole,
  type Role,
} from './roles.ts';
export {
  addPerson,
  isAdministered,
  letGo,
  listPeople,
  PERSON_SENTENCES,
  setRoles,
  type NewPerson,
  type Person,
  type PersonRefusal,
} from './people.ts';
export {
  endProviderSessions,
  endSession,
  SESSION_MS,
  signedIn,
  type Means,
  type SignedIn,
} from './sessions.ts';
export { giveTicket, TICKET_S, ticketBy, ticketStands, type Ticket } from './view-tickets.ts';
export {
  addOperator,
  inviteFirst,
  linksOfOperators,
  operatorActor,
  operatorNames,
  removeOperator,
  renewFirst,
} from './operators.ts';
export { signInWithPassword, type SignInAnswer } from './sign-in.ts';
export {
  firstAccountBy,
  firstAccountLink,
  INVITATION_MS,
  invite,
  inviteAnew,
  invitedBy,
  joinWithPassword,
  makeFirstAccount,
  type FirstAccount,
  type Invited,
} from './invitations.ts';
export {
  askToRegister,
  askToSignIn,
  joinWithPasskey,
  relyingParty,
  signInWithPasskey,
  type Ceremony,
  type RelyingParty,
} from './passkeys.ts';
export {
  callbackOf,
  holdProvider,
  isOnThisMachine,
  providerOf,
  providerProblems,
  removeProvider,
  setProvider,
  type IdentityProvider,
  type KeptProvider,
  type ProviderField,
} from './identity-provider.ts';
export { allowProvider } from './admission.ts';
export { OIDC_SENTENCES, openOidc, type Oidc, type PublicFetch } from './oidc.ts';
export { codeAddress, codeStep, newCodeSecret } from './one-time-codes.ts';
export { PASSWORD, passwordLength, whyNotPassword } from './passwords.ts';
export {
  addNextVersion,
  addPolicy,
  addVersion,
  allGrounds,
  currentGrounds,
  lastAdded,
  listPolicies,
  readPolicy,
  type Ground,
  type KeptPolicy,
  type ListedPolicy,
  type NextVersion,
  type PolicyVersion,
} from './policies.ts';
export { addPack, isPack, PACKS, type PolicyPack } from './packs.ts';
export { comparePolicies } from './policy-comparison.ts';
export { NO_RULES, policyOf, policyProblems, RULE_LISTS } from './policy-shape.ts';
export { readPolicyFile, type PolicyRead } from './policy-file.ts';
export { findAccount, listAccounts, type Account } from './accounts.ts';
export {
  accountAsNamed,
  addAccount,
  changeSite,
  FORUMS,
  listSites,
  siteHistory,
  siteLike,
  siteOf,
  siteProblems,
  unregistered,
  type Site,
  type SiteFacts,
  type SiteProblems,
  type SiteVersion,
} from './register.ts';
export {
  agreementProblems,
  agreementsAsked,
  agreementsLacking,
  everyAgreement,
  lackingOf,
  listAgreements,
  recordAgreement,
  withdrawAgreement,
  type AgreementProblems,
} from './agreements.ts';
export { samplePolicy } from './sample-policy.ts';
export { changePublicFace, readPublicFace } from './public-face.ts';
