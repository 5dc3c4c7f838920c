export { Certificate as AcmeCertificate } from '../../../.gen/providers/acme/certificate';
export { AcmeProvider } from '../../../.gen/providers/acme/provider';
export { Registration as AcmeRegistration } from '../../../.gen/providers/acme/registration';
