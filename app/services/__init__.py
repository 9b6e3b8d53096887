"""What can be done and computed: records, rules of entry, reference data, the queries of the pages."""
