<?php
declare(strict_types=1);

namespace XeroConnector;

/** What only OpenCart 3 can do, by its registry. */
final class OpenCart3 implements Platform
{
    /** @var object OpenCart's registry: get, set, has */
    private $registry;

    /** @param object $registry */
    public function __construct($registry)
    {
        $this->registry = $registry;
    }

    /**
     * The library, put together once a request.
     *
     * @param object $registry
     */
    public static function connector($registry): Connector
    {
        if (!$registry->has('xero_connector')) {
            $platform = new self($registry);
            $connector = new Connector($registry->get('db'), DB_PREFIX, $registry->get('config'), $platform);
            $registry->set('xero_connector', $connector);
        }
        return $registry->get('xero_connector');
    }

    public function version(): string
    {
        return VERSION;
    }

    public function address(): string
    {
        return rtrim(defined('HTTPS_CATALOG') ? HTTPS_CATALOG : HTTPS_SERVER, '/');
    }

    public function title(string $type, string $code): string
    {
        $this->registry->get('load')->language('extension/' . $type . '/' . $code, 'xero_connector_title');
        $language = $this->registry->get('language')->get('xero_connector_title');
        $title = is_object($language) ? $language->get('text_title') : '';
        return $title === 'text_title' ? '' : (string) $title;
    }

    public function addHistory(int $orderId, int $statusId, string $comment, bool $notify): void
    {
        $this->registry->get('load')->model('checkout/order');
        $orders = $this->registry->get('model_checkout_order');
        $orders->addOrderHistory($orderId, $statusId, $comment, $notify, true);
    }

    public function forgetProducts(): void
    {
        $this->registry->get('cache')->delete('product');
    }

    public function log(string $message): void
    {
        $this->registry->get('log')->write($message);
    }
}
