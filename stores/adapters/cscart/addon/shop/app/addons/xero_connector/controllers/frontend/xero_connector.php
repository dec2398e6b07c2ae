<?php

use XeroConnector\Connector;
use XeroConnector\Wire\Answer;

if (!defined('BOOTSTRAP')) {
    die('Access denied');
}

// The address that the connector asks: index.php?dispatch=xero_connector.api. Api refuses whatever is not signed.
if ($mode === 'api') {
    (new Connector())->api()->serve($_SERVER)->send();
    exit;
}

// The address for cron: sends what is still to be sent, for servers that cannot do so behind an answer.
if ($mode === 'push') {
    $token = isset($_REQUEST['token']) && is_string($_REQUEST['token']) ? $_REQUEST['token'] : '';
    $sent = (new Connector())->sendForCron($token);
    if ($sent === null) {
        return [CONTROLLER_STATUS_NO_PAGE];
    }
    (new Answer(200, ['sent' => $sent]))->send();
    exit;
}

return [CONTROLLER_STATUS_NO_PAGE];
