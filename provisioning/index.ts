/** The agency's hand: what founds an agency and enrols its machines. */
export * from './core/errors.ts';
export * from './core/machine.ts';
export * from './agency/create-agency.ts';
export * from './agency/files.ts';
export * from './agency/issue-enrolment.ts';
export * from './agency/open-agency.ts';
export * from './agency/revocations.ts';
export * from './enrolment/enrol-locally.ts';
export * from './enrolment/files.ts';
export * from './enrolment/install-enrolment.ts';
export * from './enrolment/request-enrolment.ts';
