export { ARecordSet } from '@cdktf/provider-dns/lib/a-record-set';
export { DnsProvider } from '@cdktf/provider-dns/lib/provider';
