<?php

// Heading
$_['heading_title']       = 'Xero';

// Text
$_['text_all_well']       = 'Nothing needs attention.';
$_['text_not_paired']     = 'This shop is not paired with a connector yet.';
$_['text_contact']        = 'Last contact:';
$_['text_never']          = 'never';
$_['text_settings']       = 'Settings';
$_['text_open']           = 'Open the connector';
$_['text_order']          = 'Order';
$_['text_product']        = 'Product';
$_['text_customer']       = 'Customer';
$_['text_state_waiting']  = 'Waiting';
$_['text_state_in_xero']  = 'In Xero';
$_['text_state_held']     = 'Held';
$_['text_state_left_out'] = 'Not synced';
$_['text_state_voided']   = 'Voided';
$_['text_state_failed']   = 'Failed';

// Column
$_['column_record']       = 'Record';
$_['column_state']        = 'State';
$_['column_reason']       = 'Why';
$_['column_at']           = 'Since';
