<?php

// Text
$_['text_menu']            = 'Xero';
$_['text_xero']            = 'Xero';
$_['text_sync']            = 'Sync to Xero';
$_['text_leave_out']       = 'Do not sync…';
$_['text_take_in']         = 'Take in again…';
$_['text_reason']          = 'Why is it not to be synced?';
$_['text_reason_back']     = 'Why is it to be synced after all?';
$_['text_unknown']         = 'The connector has not spoken of it yet.';
$_['text_open']            = 'Open in Xero';
$_['text_tick']            = 'Tick what is to be synced first.';
$_['text_more']            = 'And %s more.';
$_['text_unsaid']          = 'No answer came. Look at the state in a minute before you try again.';
$_['text_state_waiting']   = 'Waiting';
$_['text_state_in_xero']   = 'In Xero';
$_['text_state_held']      = 'Held';
$_['text_state_left_out']  = 'Not synced';
$_['text_state_voided']    = 'Voided';
$_['text_state_failed']    = 'Failed';

// Entry
$_['entry_sales_account']    = 'Sales account';
$_['entry_purchase_account'] = 'Purchase account';

// Help
$_['help_account']         = 'The code of the account in Xero, such as 200. Left empty, the rules of the connector decide.';

// Button
$_['button_send']          = 'Send';
$_['button_cancel']        = 'Cancel';

// Error
$_['error_permission']     = 'You do not have permission to ask this of the Xero connector.';
$_['error_wish']           = 'This cannot be asked of the Xero connector.';
$_['error_none']           = 'Nothing was ticked.';
$_['error_many']           = 'At most %s at a time.';
$_['error_reason']         = 'Say why, in at most %s characters.';
$_['error_account']        = 'The product was saved, but not its accounts in Xero. %s: "%s" cannot be the code of an account; a code has at most 10 letters, digits, points, dashes or blanks.';
