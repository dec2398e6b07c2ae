<?php
declare(strict_types=1);

namespace Opencart\Catalog\Controller\Extension\XeroConnector;

require_once DIR_EXTENSION . 'xero_connector/system/library/load.php';

use Opencart\System\Library\Extension\XeroConnector\Shop;

/** The connector's one address. */
class Api extends \Opencart\System\Engine\Controller
{
    public function index(): void
    {
        // The connector has no cookie, so each call would leave a session behind.
        register_shutdown_function([$this->session, 'destroy']);
        Shop::connector($this->registry)->api()->serve($_SERVER)->send();
        exit;
    }
}
