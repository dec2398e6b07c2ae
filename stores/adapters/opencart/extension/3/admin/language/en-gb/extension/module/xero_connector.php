<?php
// Heading
$_['heading_title'] = 'Xero Connector';

// Menu
$_['text_menu'] = 'Xero';
$_['text_menu_attention'] = 'Xero (%s)';

// Text
$_['text_extension'] = 'Extensions';
$_['text_connection'] = 'Connection';
$_['text_attention'] = 'Needs attention';
$_['text_nothing'] = 'Nothing needs attention.';
$_['text_on'] = 'On';
$_['text_off'] = 'Off';
$_['text_paired'] = 'Paired with the connector since %s.';
$_['text_not_paired'] = 'Not paired yet: copy the pairing code and paste it on the page of this store in the connector.';
$_['text_reached'] = 'The connector can be reached from this shop.';
$_['text_not_reached'] = 'The connector cannot be reached from this shop (%s). It asks for changes by itself; only the buttons in this admin do not work.';
$_['text_not_tried'] = 'Whether the connector can be reached from this shop was not tried.';
$_['text_never'] = 'never';
$_['text_saved'] = 'Saved.';
$_['text_tested'] = 'The connector answered.';
$_['text_unpaired'] = 'The pairing has ended. The connector keeps the keys until it is told to forget them; make new keys if it should not know them any more.';
$_['text_renewed'] = 'There are new keys and a new pairing code. What knew the old ones is refused.';
$_['text_secret'] = 'Whoever has this code can read the orders and customers of this shop. Give it to the connector only.';
$_['text_page'] = 'Page %s';
$_['text_newer'] = 'Newer';
$_['text_older'] = 'Older';

// Buttons
$_['button_copy'] = 'Copy';
$_['button_copied'] = 'Copied';
$_['button_test'] = 'Test the connection';
$_['button_unpair'] = 'End the pairing';
$_['button_renew'] = 'Make new keys';
$_['button_on'] = 'Switch on';
$_['button_off'] = 'Switch off';
$_['button_sync'] = 'Sync to Xero';
$_['button_leave_out'] = 'Do not sync';
$_['button_take_in'] = 'Take in again';

// Entries
$_['entry_status'] = 'Status';
$_['entry_code'] = 'Pairing code';
$_['entry_pairing'] = 'Pairing';
$_['entry_connector'] = 'Connector';
$_['entry_last_contact'] = 'Last contact';
$_['entry_sales_account'] = 'Sales account';
$_['entry_purchase_account'] = 'Purchase account';

// Columns
$_['column_kind'] = 'Record';
$_['column_state'] = 'State';
$_['column_reason'] = 'Why';
$_['column_number'] = 'In Xero';
$_['column_xero'] = 'Xero';

// Kinds and states
$_['text_kind_order'] = 'Order %s';
$_['text_kind_product'] = 'Product %s';
$_['text_kind_customer'] = 'Customer %s';
$_['text_state_waiting'] = 'Waiting';
$_['text_state_in_xero'] = 'In Xero';
$_['text_state_held'] = 'Held';
$_['text_state_left_out'] = 'Not synced';
$_['text_state_voided'] = 'Voided';
$_['text_state_failed'] = 'Failed';
$_['text_state_unknown'] = 'Not seen yet';

// Help
$_['help_account'] = 'The code of an account in Xero, at most 10 characters. Empty: the account that the connector takes for other products.';
$_['help_reason'] = 'Why? It is kept with the order.';
$_['help_choose'] = 'Choose one or more first.';
$_['help_asking'] = 'Asking the connector …';
$_['help_open'] = 'Open';

// Errors
$_['error_permission'] = 'You do not have permission to change the Xero connector.';
$_['error_method'] = 'Please use the buttons of this page.';
$_['error_account'] = 'The accounts of the product were not saved: the code of an account has letters, digits, points and hyphens, at most 10.';
$_['error_kind'] = 'This is neither an order nor a product nor a customer.';
$_['error_failed'] = 'The shop did not answer. Are you still logged in?';
